module github.com/cyberkeurmerk/keurmerk/score/report/paper

go 1.26.0

require (
	codeberg.org/go-pdf/fpdf v0.12.0
	github.com/cyberkeurmerk/keurmerk v0.0.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/image v0.40.0
	rsc.io/qr v0.2.0
)

require (
	cel.dev/cel-go v0.33.2 // indirect
	cel.dev/expr v0.25.2 // indirect
	github.com/antlr4-go/antlr/v4 v4.13.1 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/exp v0.0.0-20240823005443-9b4947da3948 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260819154853-08b0e4226688 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260819154853-08b0e4226688 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace github.com/cyberkeurmerk/keurmerk => ../../..
