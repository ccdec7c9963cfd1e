#!/usr/bin/env bash
# Pictures of every page and state that the tests open, at 320, 840 and 1200 pixels, with a sheet that puts them side by side.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${PICTURES:-bin/pictures}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
CAIRN_PICTURES=$folder go test ./internal/web -count=1 -timeout 30m -run TestPictures
{
	echo '<!doctype html><html lang="en"><meta charset="utf-8"><title>Pictures of Cairn</title><h1>Pictures of Cairn</h1>'
	cd "$folder"
	for one in *.png; do
		echo "<figure style=\"display:inline-block;vertical-align:top\"><img src=\"$one\" alt=\"\" loading=\"lazy\" style=\"max-width:25rem\"><figcaption>${one%.png}</figcaption></figure>"
	done
} >"$folder/index.html"
echo "pictures and index.html are in $folder"
