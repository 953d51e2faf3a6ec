#!/usr/bin/env bash
# Publishes one compressed program that tests and times the kernels on a machine that has nothing installed:
#   tools/publish-selftest.sh [RID] [FOLDER]       then there: ./NativeSparse.Cli selftest
# ONNX Runtime is left out, so commands that run models do not work in it.
set -euo pipefail
cd "$(dirname "$0")/.."
rid=${1:-linux-x64}
folder=${2:-artifacts/selftest/$rid}
dotnet publish tools/NativeSparse.Cli -c Release -r "$rid" --self-contained -o "$folder" \
  -p:PackAsTool=false -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true \
  -p:InvariantGlobalization=true -p:DebugType=none -p:GenerateDocumentationFile=false -p:WithoutOnnxRuntime=true
find "$folder" -type f -exec ls -l {} +
