package reader

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Resource is what a finding of a cloud scanner is about.
type Resource struct {
	Type string // the scanner's word, such as "AwsEc2Instance"
	Name string
	UID  string // such as an ARN

	// Account is the cloud account that the resource is of.
	Account string
}

var (
	websiteTypes = []string{"website", "webapplication", "webapp", "url", "domain", "domainname", "fqdn"}
	machine      = regexp.MustCompile(`(?i)host|instance|server|computer|device|machine|endpoint|workstation|laptop|desktop`)
	userType     = regexp.MustCompile(`(?i)^(aws)?(iam|azuread|entra|ad|google|gcp)?(account|service)?user$|^user|user account|::user$|/users?$`)
	userUID      = regexp.MustCompile(`(?i):user/|/users/|^user:`)
	mailAddress  = regexp.MustCompile(`[^\s@<>'"]+@[^\s@<>'"]+\.[a-zA-Z]{2,}`)
)

// Asset is the asset that the resource is. A machine is known by its name, as
// other tools know it, anything else by its UID. A user, and what is called by
// an e-mail address, is the account, so that no person's name leaves a reader.
// The id is empty if there is none.
func (r Resource) Asset() (kind finding.AssetType, id string) {
	word := strings.ToLower(strings.Join(strings.Fields(r.Type), ""))
	called := First(r.Name, r.UID)
	if HasMailAddress(r.Account) {
		r.Account = ""
	}
	switch {
	case userType.MatchString(r.Type), userUID.MatchString(r.UID), HasMailAddress(r.Name + " " + r.UID):
		return finding.AssetComputer, Computer(r.Account)
	case slices.Contains(websiteTypes, word), strings.HasPrefix(called, "http://"), strings.HasPrefix(called, "https://"):
		return finding.AssetWebsite, Host(called)
	case !machine.MatchString(r.Type):
		called = First(r.UID, r.Name)
	}
	return finding.AssetComputer, Computer(called)
}

// HasMailAddress tells whether an e-mail address stands in the text.
func HasMailAddress(text string) bool { return mailAddress.MatchString(text) }
