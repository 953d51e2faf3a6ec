using System.Text.Json.Serialization;

namespace NativeSparse.Conversion;

/// <summary>Source-generated JSON of plans and reports.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(FiniteDoubleConverter)])]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(ConversionReport))]
internal sealed partial class ConversionJson : JsonSerializerContext;
