package cairn_test

// A room is what a package may import of ours, and why. Adding a row is a decision: it belongs in DECISIONS.md.
type room struct {
	may     []string // packages of ours, without the module's name; "*" is every one
	because string
}

// The import table of the architecture. Every package must have a row, so that a new one is a decision.
var rooms = map[string]room{
	"xapi":              {nil, "the statement model stands alone, so that anyone can read a statement without a store, a server or an LMS"},
	"lti":               {nil, "the LTI protocol stands alone: no SQL, no pages, no xAPI"},
	"migrations":        {nil, "SQL text only"},
	"xapi/lrs":          {[]string{"xapi"}, "the HTTP resources of a record store know statements and small store interfaces, nothing else"},
	"xapi/profile":      {[]string{"xapi"}, "the profile describes statements, whoever emits them"},
	"mapping":           {[]string{"xapi"}, "progress is a pure function: no SQL, no HTTP, no clock"},
	"mapping/casefmt":   {[]string{"xapi", "mapping"}, "an interchange format knows frameworks and nothing of the program"},
	"mapping/moodlecsv": {[]string{"mapping"}, "an interchange format knows frameworks and nothing of the program"},
	"mapping/sheet":     {[]string{"mapping"}, "reading a spreadsheet needs no more than the words of a refusal"},
	"mapping/interchange": {
		[]string{"mapping", "mapping/casefmt", "mapping/moodlecsv", "mapping/sheet"}, "choosing a format knows the formats, and nothing of the program",
	},
	"mapping/builtin": {[]string{"xapi", "mapping"}, "a pack is framework data; it knows nothing of the program"},
	"lti/ltitest":     {[]string{"lti"}, "the pretend platform speaks LTI to any tool, so it may not know this one"},
	"internal/caserest": {
		[]string{"mapping", "mapping/casefmt", "xapi/profile"}, "what is published is served to anyone: no session, no SQL, no person can be reached from here",
	},
	"internal/api": {
		[]string{"xapi", "xapi/lrs", "mapping", "internal/pipeline"},
		"programs reach data through small interfaces of the API's own, so no SQL and no pages; of lrs it knows the door that programs enter by, of pipeline dates and previews",
	},
	"internal/learner": {[]string{"lti", "xapi"}, "who a person is comes from a launch and an agent only"},
	"internal/diagnosis": {
		[]string{"lti"}, "the command line and the page for administrators tell the same of a connection, so the checks belong to neither; what is kept is handed in",
	},
	"internal/pipeline": {pipelineMay, "the fold knows what it folds, and no database or page"},
	"internal/web":      {append([]string{"internal/pipeline", "internal/diagnosis"}, pipelineMay...), "pages reach data through the small interfaces of web/store.go, never through SQL"},
	"internal/sqlstore": {
		append([]string{"internal/pipeline", "internal/web", "internal/api", "xapi/lrs", "migrations"}, pipelineMay...),
		"the only package that knows SQL; of web, api and lrs it knows the interfaces it implements, not the handlers",
	},
	"internal/storetest": {
		append([]string{"internal/pipeline", "internal/web", "xapi/lrs", "internal/sqlstore", "internal/tools/pgtemp"}, pipelineMay...),
		"one behaviour suite run against every store",
	},
	"cmd/cairn":             {[]string{"*"}, "the only place where everything meets"},
	"internal/tools/pgtemp": {nil, "a throw-away PostgreSQL is of use to any test"},
	"internal/tools/check":  {[]string{"internal/tools/pgtemp"}, "running the tests needs none of the product"},
	"internal/tools/sheet":  {nil, "a sheet of pictures needs none of the product"},
	"internal/tools/bench": {
		[]string{"internal/tools/pgtemp", "lti", "lti/ltitest", "xapi", "xapi/lrs", "mapping", "internal/sqlstore", "internal/pipeline"},
		"measures the program from outside over HTTP, signs launches like a platform, and reads the log beside the fold",
	},
}

var pipelineMay = []string{"lti", "xapi", "xapi/profile", "mapping", "internal/learner"}

// Tests may also use the pretend platform, the store suite and a real store, wherever the room's own code may not.
var testsMay = []string{"lti/ltitest", "internal/storetest", "internal/sqlstore", "internal/tools/pgtemp", "migrations"}

// Libraries that only some rooms may import, with the reason.
var fenced = []struct {
	prefix  string
	rooms   []string
	because string
}{
	{"database/sql", []string{"internal/sqlstore", "internal/storetest", "internal/tools/bench", "migrations"}, "SQL lives in one room"},
	{"github.com/jmoiron/sqlx", []string{"internal/sqlstore", "internal/storetest"}, "SQL lives in one room"},
	{"github.com/mattn/go-sqlite3", []string{"internal/sqlstore", "internal/storetest", "internal/tools/bench"}, "drivers are known to one room"},
	{"github.com/jackc/pgx", []string{"internal/sqlstore", "internal/storetest", "internal/tools/bench", "internal/tools/pgtemp"}, "drivers are known to one room"},
	{"github.com/pressly/goose", []string{"internal/sqlstore", "internal/storetest"}, "the schema is moved by the store"},
	{"github.com/lestrrat-go/jwx", []string{"lti", "lti/ltitest", "internal/tools/bench"}, "signatures stay behind one small file, since upstream has moved on to the next major version"},
	{"github.com/alecthomas/kong", []string{"cmd/cairn", "internal/tools/bench", "internal/tools/check"}, "the command line is wiring"},
	{"github.com/prometheus", []string{"cmd/cairn"}, "metrics are wiring: a room offers a hook or an interface to decorate"},
	{"net/http", []string{
		"lti", "lti/ltitest", "xapi", "xapi/lrs", "xapi/profile", "internal/pipeline", "internal/web", "internal/api", "internal/caserest", "internal/diagnosis", "cmd/cairn",
		"internal/tools/bench",
	}, "mapping, learner and the store know no HTTP"},
	{"html/template", []string{"internal/web", "internal/caserest", "lti/ltitest", "lti", "cmd/cairn"}, "pages live in one room; the pretend platform has its own"},
}

// Where the wall clock may be read, with the reason. Everywhere else it is injected, so that a test can stop it.
var clocks = map[string]string{
	"cmd/cairn":             "the program starts the clock that every room is given",
	"lti/ltitest":           "the pretend platform is a program of its own in the demo; tests inject its clock",
	"internal/storetest":    "the suite that tests run",
	"internal/tools/bench":  "measures time",
	"internal/tools/check":  "measures time",
	"internal/tools/pgtemp": "waits for a server to start",
}

// Limits on the size of what a reader meets at once.
const (
	maxFileLines     = 400
	maxFunctionLines = 50
)
