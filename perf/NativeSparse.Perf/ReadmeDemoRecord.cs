using System.Text.Json;

namespace NativeSparse.Perf;

/// <summary>What <c>nativesparse demo --json</c> recorded, as far as README shows it.</summary>
internal sealed record ReadmeDemoRecord(
    ReadmeDemoEnvironment Environment,
    IReadOnlyList<ReadmeDemoConversion> Conversions,
    int HeldOutTokens,
    IReadOnlyList<ReadmeDemoRow> Rows)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a recorded answer.</summary>
    /// <exception cref="InvalidDataException">The file is not the answer of the command.</exception>
    public static ReadmeDemoRecord Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<ReadmeDemoRecord>(File.ReadAllText(file), Json)
                ?? throw new InvalidDataException($"{file}: expected the answer of 'nativesparse demo --json', got null");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{file}: expected the answer of 'nativesparse demo --json'; {exception.Message}", exception);
        }
    }
}
