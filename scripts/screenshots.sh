#!/usr/bin/env bash
# Pictures of every page and state that the tests open, also around a frame in the pretend LMS and printed, with a sheet that puts them
# side by side. It fails when a picture of the list is missing, or when the tests find something on a page.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${PICTURES:-bin/pictures}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
rm -f "$folder"/*.png
go run -buildvcs=false ./internal/tools/check -only-install
failed=0
CAIRN_PICTURES=$folder go test ./internal/web -count=1 -timeout 30m -run '^TestPictures$' || failed=1
CAIRN_SCREENSHOTS=$folder go test ./cmd/cairn -count=1 -timeout 10m -run '^TestPagesInTheirFrame$' || failed=1
go run -buildvcs=false ./internal/tools/sheet internal/web/testdata/pictures.txt "$folder" || failed=1
echo "pictures and index.html are in $folder"
exit $failed
