using System.Text.Json.Serialization;
using NativeSparse.Conversion;

namespace NativeSparse.Cli.Documents;

/// <summary>How the answers become JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(FiniteDoubleConverter)])]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(DevicesDocument))]
[JsonSerializable(typeof(SelfTestDocument))]
[JsonSerializable(typeof(InspectDocument))]
[JsonSerializable(typeof(ConvertDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(BenchModelDocument))]
[JsonSerializable(typeof(BenchKernelsDocument))]
[JsonSerializable(typeof(DemoDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext;
