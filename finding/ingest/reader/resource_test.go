package reader_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/stretchr/testify/require"
)

// A resource is the asset that other tools know, and never a person.
func TestResource(t *testing.T) {
	for _, c := range []struct {
		resource reader.Resource
		kind     finding.AssetType
		id       string
	}{
		{reader.Resource{Type: "AwsEc2Instance", Name: "WEB-1", UID: "arn:i-1"}, finding.AssetComputer, "web-1"},
		{reader.Resource{Type: "AwsEc2Instance", UID: "arn:i-1"}, finding.AssetComputer, "arn:i-1"},
		{reader.Resource{Type: "AwsS3Bucket", Name: "b", UID: "arn:aws:s3:::B"}, finding.AssetComputer, "arn:aws:s3:::b"},
		{reader.Resource{Type: "AwsS3Bucket", Name: "b"}, finding.AssetComputer, "b"},
		{reader.Resource{Type: "Web Site", Name: "WWW.Korenaar.example"}, finding.AssetWebsite, "www.korenaar.example"},
		{reader.Resource{Type: "Other", UID: "https://www.korenaar.example/x"}, finding.AssetWebsite, "www.korenaar.example"},
		{reader.Resource{Type: "AwsIamUser", Name: "zwaluw", UID: "arn:aws:iam::12:user/zwaluw", Account: "12"}, finding.AssetComputer, "12"},
		{reader.Resource{Type: "Other", Name: "zwaluw", UID: "arn:aws:iam::12:user/zwaluw", Account: "12"}, finding.AssetComputer, "12"},
		{reader.Resource{Type: "Mailbox", Name: "zwaluw@korenaar.example", Account: "12"}, finding.AssetComputer, "12"},
		{reader.Resource{Type: "User", Name: "zwaluw", Account: "zwaluw@korenaar.example"}, finding.AssetComputer, ""},
		{reader.Resource{Type: "AWS::IAM::User", Name: "zwaluw"}, finding.AssetComputer, ""},
		{reader.Resource{}, finding.AssetComputer, ""},
	} {
		kind, id := c.resource.Asset()
		require.Equal(t, c.kind, kind, "%+v", c.resource)
		require.Equal(t, c.id, id, "%+v", c.resource)
	}
}

// Many records that are left out for one reason are told as one.
func TestTally(t *testing.T) {
	var tally reader.Tally
	require.Empty(t, tally.Skips("rules"))
	for _, reason := range []string{"it passed", "it was not tested", "it passed"} {
		tally.Add(reason)
	}
	require.Equal(t, []finding.Skip{{Where: "2 rules", Reason: "it passed"}, {Where: "1 rules", Reason: "it was not tested"}}, tally.Skips("rules"))
}
