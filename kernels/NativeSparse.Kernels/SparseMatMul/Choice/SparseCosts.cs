using System.Text;
using System.Text.Json;

namespace NativeSparse.Kernels;

/// <summary>
/// The cost model by which a matrix with zeros is packed as dense, CSR or blocks. It is fitted to a machine once; with the same costs, or with
/// the layout that was picked, a matrix is packed the same way again. Immutable.
/// </summary>
public sealed class SparseCosts
{
    private const int FormatVersion = 1;
    private const int Rounds = 9;

    private static readonly int[] TokenCounts = [1, 32, 128];

    private readonly SparseCost[] _costs;

    /// <param name="backend">The backend's full name.</param>
    /// <param name="precision">float32 or int8.</param>
    /// <param name="costs">For every layout of the precision, at the same numbers of tokens.</param>
    /// <exception cref="ArgumentException">A layout lacks a number of tokens, or a cost is not finite or negative.</exception>
    /// <exception cref="NotSupportedException">Sparse weights are float32 or int8.</exception>
    public SparseCosts(string backend, Precision precision, IEnumerable<SparseCost> costs)
    {
        ArgumentException.ThrowIfNullOrEmpty(backend);
        ArgumentNullException.ThrowIfNull(costs);
        SparseCost[] all = [.. costs];
        if (Array.Exists(all, cost => cost?.PerValue is null))
        {
            throw new ArgumentException("expected costs with a list of costs of values, got null", nameof(costs));
        }

        (Backend, Precision, _costs) = (backend, precision, [.. all.OrderBy(cost => cost.Tokens)]);
        foreach (var cost in _costs)
        {
            double[] values = [cost.PerInput, cost.PerOutput, .. cost.PerValue];
            if (cost.Tokens < 1 || cost.PerValue.Count != SparseCost.Densities.Count || !Array.TrueForAll(values, value => value >= 0 && double.IsFinite(value)))
            {
                throw new ArgumentException(
                    $"{cost.Layout} at {cost.Tokens} tokens: expected {SparseCost.Densities.Count + 2} costs of 0 or more, got {string.Join(", ", values)}", nameof(costs));
            }
        }

        foreach (var tokens in Tokens)
        {
            foreach (var layout in SparseLayout.All(precision))
            {
                if (_costs.Count(cost => cost.Layout == layout && cost.Tokens == tokens) != 1)
                {
                    throw new ArgumentException($"expected one cost of {layout} at {tokens} tokens, as other layouts have", nameof(costs));
                }
            }
        }

        if (_costs.Length == 0)
        {
            throw new ArgumentException("expected the costs of every layout, got none", nameof(costs));
        }
    }

    /// <summary>The backend's full name.</summary>
    public string Backend { get; }

    /// <summary>float32 or int8.</summary>
    public Precision Precision { get; }

    /// <summary>The numbers of tokens they were measured with, ascending.</summary>
    public IReadOnlyList<int> Tokens => [.. _costs.Select(cost => cost.Tokens).Distinct()];

    /// <summary>Every layout's, by ascending tokens.</summary>
    public IReadOnlyList<SparseCost> Costs => _costs;

    /// <summary>Measures random matrices of a few sizes and densities in every layout, for a few seconds, on the calling thread.</summary>
    /// <exception cref="NotSupportedException">The backend has no such sparse weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SparseCosts Measure(Backend backend, Precision precision, CancellationToken cancellation = default) =>
        Measure(backend, precision, TokenCounts, Rounds, cancellation);

    /// <summary>Nanoseconds a token of a matrix in a layout: by what was measured with as many tokens or the next fewer.</summary>
    public double Estimate(SparseLayout layout, int inputWidth, int outputWidth, long storedValues, int tokens)
    {
        var own = Array.FindAll(_costs, cost => cost.Layout == layout);
        return own.Length == 0
            ? throw new ArgumentException($"{layout} is none of {string.Join(", ", SparseLayout.All(Precision))}", nameof(layout))
            : (own.LastOrDefault(cost => cost.Tokens <= tokens) ?? own[0]).Estimate(inputWidth, outputWidth, storedValues);
    }

    /// <summary>The layout whose time over the fastest layout's is smallest at the worst of some numbers of tokens; of equals the first.</summary>
    /// <param name="weights"><c>[K, N]</c>.</param>
    /// <param name="inputWidth">K.</param>
    /// <param name="outputWidth">N.</param>
    /// <param name="tokens">The numbers of tokens that count.</param>
    /// <exception cref="ArgumentException">There is no number of tokens.</exception>
    /// <exception cref="ShapeMismatchException">The length does not match.</exception>
    public SparseLayout Pick<T>(ReadOnlySpan<T> weights, int inputWidth, int outputWidth, IReadOnlyList<int> tokens)
        where T : unmanaged, IEquatable<T>
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (tokens.Count == 0 || tokens.Any(count => count < 1))
        {
            throw new ArgumentException($"expected at least one number of tokens, each 1 or more, got [{string.Join(", ", tokens)}]", nameof(tokens));
        }

        var layouts = SparseLayout.All(Precision);
        var worst = new double[layouts.Count];
        var stored = new long[layouts.Count];
        for (var i = 0; i < stored.Length; i++)
        {
            stored[i] = layouts[i].CountStored(weights, inputWidth, outputWidth);
        }

        foreach (var count in tokens)
        {
            double[] times = [.. layouts.Select((layout, i) => Estimate(layout, inputWidth, outputWidth, stored[i], count))];
            for (var i = 0; i < worst.Length; i++)
            {
                worst[i] = Math.Max(worst[i], times[i] / Math.Max(times.Min(), double.Epsilon));
            }
        }

        return layouts[Array.IndexOf(worst, worst.Min())];
    }

    /// <summary>The costs as JSON, to be kept.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", FormatVersion);
            json.WriteString("backend", Backend);
            json.WriteString("precision", Precision.ToString());
            json.WriteStartArray("costs");
            foreach (var cost in _costs)
            {
                json.WriteStartObject();
                json.WriteString("layout", cost.Layout.ToString());
                json.WriteNumber("tokens", cost.Tokens);
                json.WriteNumber("nanosecondsPerInput", cost.PerInput);
                json.WriteNumber("nanosecondsPerOutput", cost.PerOutput);
                json.WriteStartArray("nanosecondsPerValue");
                foreach (var value in cost.PerValue)
                {
                    json.WriteNumberValue(value);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else; the message says what.</exception>
    public static SparseCosts Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (Whole(root, "version") is var version and not FormatVersion)
            {
                throw new FormatException($"expected version {FormatVersion}, got {version}; measure them again");
            }

            var name = Field(root, "precision", JsonValueKind.String).GetString();
            Precision[] known = [.. Enum.GetValues<Precision>().Where(precision => precision.ToString() == name)];
            return new SparseCosts(
                Field(root, "backend", JsonValueKind.String).GetString()!,
                known.Length == 1 ? known[0] : throw new FormatException($"unknown precision '{name}'"),
                [.. Field(root, "costs", JsonValueKind.Array).EnumerateArray().Select(Read)]);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"not the costs of sparse layouts: {exception.Message}", exception);
        }
    }

    /// <summary>The same with other numbers of tokens and rounds.</summary>
    internal static SparseCosts Measure(
        Backend backend, Precision precision, IReadOnlyList<int> tokens, int rounds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new SparseCosts(backend.Name, precision, SparseCostFit.Run(backend, precision, tokens, rounds, cancellation));
    }

    private static JsonElement Field(JsonElement parent, string name, JsonValueKind kind)
    {
        var field = parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var found) ? found : default;
        return field.ValueKind == kind ? field : throw new FormatException($"'{name}': expected a {kind}, got {field.ValueKind}");
    }

    private static int Whole(JsonElement parent, string name) => Field(parent, name, JsonValueKind.Number) is var field && field.TryGetInt32(out var value)
        ? value
        : throw new FormatException($"'{name}': expected a whole number, got {field}");

    private static double Number(JsonElement parent, string name) => Field(parent, name, JsonValueKind.Number).GetDouble();

    private static SparseCost Read(JsonElement cost) => new(
        SparseLayout.Parse(Field(cost, "layout", JsonValueKind.String).GetString()!),
        Whole(cost, "tokens"),
        Number(cost, "nanosecondsPerInput"),
        Number(cost, "nanosecondsPerOutput"),
        [
            .. Field(cost, "nanosecondsPerValue", JsonValueKind.Array).EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Number
                ? value.GetDouble()
                : throw new FormatException($"'nanosecondsPerValue': expected numbers, got {value.ValueKind}")),
        ]);
}
