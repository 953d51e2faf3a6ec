using System.Globalization;
using System.Text;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>The figures that a record is judged by: one thread and medians where nothing else is said.</summary>
internal sealed class KernelTargets
{
    private const string Small = "384x1536";
    private const string Base = "768x3072";
    private const string BaseDown = "3072x768";
    private const string Float32 = "float32";
    private const string Int8 = "int8";
    private const string Int4 = "int4";

    private static readonly int[] Many = [128, 512];

    private readonly KernelBenchResult _result;
    private readonly List<KernelTarget> _targets = [];

    private KernelTargets(KernelBenchResult result)
    {
        _result = result;
        AddDense();
        AddFeedForward();
        AddExperts();
        AddTwoThreads();
        AddFallback();
        AddSparse();
        AddSparseInt8();
        AddConvolutions();
        AddSemiring();
        AddRowSparse();
        AddBlockDiagonal();
    }

    /// <summary>The targets that the record has cases of.</summary>
    public static IReadOnlyList<KernelTarget> Of(KernelBenchResult result) => new KernelTargets(result)._targets;

    /// <summary>One row for each.</summary>
    public static string Render(IReadOnlyList<KernelTarget> targets)
    {
        var text = new StringBuilder("| work | must | stretch | measured | | each |\n|---|---|---|---|---|---|\n");
        foreach (var target in targets)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {target.Work} | {target.Must:0.00} | {target.Stretch:0.00} | {target.Measured:0.00} ");
            text.Append(target.IsReached ? "| reached | " : "| **missed** | ");
            text.AppendJoin(", ", target.Values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Case} {value.Value:0.00}"))).Append(" |\n");
        }

        return text.ToString();
    }

    private void AddDense()
    {
        var isIntel = _result.Environment.Cpu.Contains("Intel", StringComparison.Ordinal);
        int[] tokens = [32, .. Many];
        foreach (var (shape, must) in new[] { (Base, isIntel ? 0.84 : 0.92), (BaseDown, isIntel ? 0.80 : 0.92) })
        {
            Add($"dense float32 {shape}, share of the multiply-add peak", must, 0.95, Rows("dense", [shape], Float32, tokens), row => row.ShareOfPeak);
        }

        var float32 = Rows("dense", [Base, BaseDown], Float32, tokens).ToArray();
        Add("dense float32, times ONNX Runtime", 1.05, 1.1, float32, row => row.RatioToOnnxRuntime);
        Add("dense float32, times ONNX Runtime, each", 0.98, null, float32, row => row.RatioToOnnxRuntime, isEach: true);
        foreach (var (precision, must, stretch) in new[] { (Float32, 0.97, 1.0), (Int8, 3.8, 4.2), (Int4, 6.0, 6.8) })
        {
            var cold = Rows("dense", [Small, Base], precision, [1], isCold: true).ToArray();
            Add($"dense {precision}, one token, weights from memory, times ONNX Runtime's float32", must, stretch, cold, row => row.RatioToOnnxRuntimeFloat32);
            Add($"dense {precision}, one token, weights from memory, share of the stream", 0.8, 0.95, cold, row => row.ShareOfBandwidth);
        }

        foreach (var (shape, must) in new[] { (Small, 0.8), (Base, 0.8), (BaseDown, 0.8), ("1536x384", 0.75) })
        {
            Add($"dense int8 {shape}, share of the dot product peak", must, 0.92, DotProductRows("dense", shape, tokens), row => row.ShareOfPeak);
        }
    }

    private void AddFeedForward()
    {
        foreach (var shape in new[] { Base, Small })
        {
            foreach (var (tokens, isCold, must, stretch) in new (int[], bool, double, double)[]
            {
                (Many, false, 1.35, 1.6), ([16, 32], false, 1.7, 2.3), ([4], false, 1.2, 1.5), ([1], true, 1.1, 1.3),
            })
            {
                Add(
                    $"network int8 {shape}, times ONNX Runtime's dynamic int8", must, stretch,
                    Rows("ffn", [shape], Int8, tokens, isCold), row => row.RatioToOnnxRuntime);
            }
        }

        foreach (var (tokens, isCold, must, stretch) in new[] { (1, true, 1.7, 2.1), (4, false, 2.8, 3.5), (16, false, 2.8, 3.5), (128, false, 3.3, 4.3) })
        {
            Add(
                $"network int4 {Base}, times ONNX Runtime's MatMulNBits", must, stretch,
                Rows("ffn", [Base], Int4, [tokens], isCold), row => row.RatioToOnnxRuntime);
        }

        Add($"network int4 {Base}, times own int8", 0.52, 1.0, Rows("ffn", [Base], Int4, Many), row => row.RatioToOwnInt8);
    }

    private void AddExperts()
    {
        foreach (var mixture in new[] { "2 of 8", "4 of 16" })
        {
            var float32 = Rows("experts", [$"{Base} {mixture}"], Float32, Many).ToArray();
            Add($"experts float32 {mixture}, times own dense", 3.0, 3.7, float32, row => row.RatioToDense);
            Add($"experts float32 {mixture}, times ONNX Runtime's MoE", 2.0, null, float32, row => row.RatioToOnnxRuntimeMoe);
        }

        foreach (var (mixture, own, ownStretch, theirs, theirsStretch) in new[] { ("48 of 96", 1.35, 1.75, 1.9, 2.6), ("24 of 96", 2.0, 3.2, 3.0, 4.7) })
        {
            AddRouted($"experts int8 {mixture}", own, ownStretch, mixture, Many);
            Add(
                $"experts int8 {mixture}, times ONNX Runtime's dense dynamic int8", theirs, theirsStretch,
                Rows("experts", [$"{Base} {mixture}"], Int8, Many), row => row.RoutedRatioToOnnxRuntime ?? row.RatioToOnnxRuntime);
        }

        AddRouted("experts int8 24 of 96, one token, weights from memory", 3.8, 4.5, "24 of 96", [1], isCold: true);
    }

    /// <summary>The figures are those of random sets that are given: no router, but in a record that has them only with it.</summary>
    private void AddRouted(string work, double must, double stretch, string mixture, int[] tokens, bool isCold = false)
    {
        var @case = $"{Base} {mixture}";
        Add($"{work}, times own dense", must, stretch, Rows("experts", [@case], Int8, tokens, isCold), row => row.RoutedRatioToDense ?? row.RatioToDense);
        if (HasTileUnit)
        {
            Add(
                $"{work}, times own dense, both by dot products", must, stretch,
                DotProductRows("experts", @case, tokens, isCold), row => row.RoutedRatioToDense ?? row.RatioToDense);
        }
    }

    private void AddTwoThreads()
    {
        foreach (var (tokens, must, stretch) in new (int[], double, double)[] { ([1, 128], 1.4, 1.6), ([16], 2.0, 2.6) })
        {
            var rows = Rows("ffn", [Base], Int8, tokens, threads: 2).ToArray();
            Add($"network int8 {Base}, two threads, times ONNX Runtime, its threads asleep between runs", must, stretch, rows, row => row.RatioToOnnxRuntime);
            Add($"network int8 {Base}, two threads, times ONNX Runtime, its threads spinning", must, stretch, rows, row => row.RatioToOnnxRuntimeSpinning);
        }
    }

    private void AddSparse()
    {
        foreach (var (zeros, single, singleStretch, blocks, blocksStretch) in new[]
        {
            (70, 1.35, 2.0, 3.0, 3.3), (80, 2.0, 3.0, 4.4, 4.9), (90, 3.6, 5.0, 8.0, 9.5), (95, 7.0, 10.0, 14.0, 18.0),
        })
        {
            foreach (var height in new[] { 1, 4, 8 })
            {
                var (must, stretch) = height == 1 ? (single, singleStretch) : (blocks, blocksStretch);
                var pattern = string.Create(CultureInfo.InvariantCulture, $"{zeros} % {height}x1");
                Add(
                    $"sparse float32 {pattern}, times own dense", must, stretch,
                    Rows("sparse", [$"{Base} {pattern}", $"{BaseDown} {pattern}"], Float32, [32, .. Many]), row => row.RatioToDense);
            }
        }
    }

    private void AddSparseInt8()
    {
        foreach (var (zeros, few, fewStretch, many) in new[] { (50, 1.8, 1.8, 1.5), (70, 2.8, 2.9, 2.2), (80, 4.0, 4.2, 3.0), (90, 6.2, 7.0, 4.6) })
        {
            var pattern = string.Create(CultureInfo.InvariantCulture, $"{zeros} % 32x4");
            string[] cases = [$"{Base} {pattern}", $"{BaseDown} {pattern}"];
            Add($"sparse int8 {pattern}, T = 16, times own dense", few, fewStretch, Rows("sparse", cases, Int8, [16]), row => row.RatioToDense);
            Add($"sparse int8 {pattern}, T = 128, times own dense", many, null, Rows("sparse", cases, Int8, [128]), row => row.RatioToDense);
        }
    }

    /// <summary>The work of a model: shapes that take long count for more, and the sum of their times is held against the sum of the others'.</summary>
    private void AddConvolutions()
    {
        foreach (var height in new[] { 1, 4 })
        {
            var pattern = string.Create(CultureInfo.InvariantCulture, $"90 % {height}x1");
            var rows = _result.Rows.Where(row => row is { Picked: true, Family: "sparse", Threads: 1 }
                && row.Case.EndsWith($"{pattern} channel-major", StringComparison.Ordinal)).ToArray();
            AddSum($"1x1 convolutions of MobileNetV2 {pattern}, sum over their shapes, times own dense", 2.0, 4.0, rows, row => row.RatioToDense);
            AddSum($"1x1 convolutions of MobileNetV2 {pattern}, sum over their shapes, times ONNX Runtime's Conv", 1.0, null, rows, row => row.RatioToOnnxRuntime);
        }
    }

    private void AddSemiring()
    {
        var rows = _result.Rows.Where(row => row is { Picked: true, Family: "semiring", Threads: 1 }).ToArray();
        Add("semiring float32, times a loop over the edges", 5.0, 8.0, rows, row => row.RatioToPlainLoop);
        Add("semiring float32, bytes of edges, sources and results over the read bandwidth", 1.0, 1.5, rows, row => row.ShareOfBandwidth);
    }

    private void AddRowSparse()
    {
        foreach (var (active, must, stretch) in new[] { (25, 2.4, 3.5), (8, 6.9, 11.0) })
        {
            var share = string.Create(CultureInfo.InvariantCulture, $"{active} % active");
            Add(
                $"row-sparse int8 {share}, one token, weights from memory, times own dense", must, stretch,
                Rows("rowsparse", [$"{Base} {share}", $"{BaseDown} {share}"], Int8, [1], isCold: true), row => row.RatioToDense);
        }
    }

    private void AddBlockDiagonal()
    {
        foreach (var (blocks, must, stretch) in new[] { (4, 3.5, 3.9), (8, 6.4, 7.5), (16, 11.8, 14.0) })
        {
            var cut = string.Create(CultureInfo.InvariantCulture, $"in {blocks} blocks");
            Add(
                $"block-diagonal float32 {cut}, times own dense", must, stretch,
                Rows("blockdiagonal", [$"{Base} {cut}", $"{BaseDown} {cut}"], Float32, [32, .. Many]), row => row.RatioToDense);
        }
    }

    private void AddFallback()
    {
        var assembled = _result.Rows.FirstOrDefault(row => IsFallback(row, TargetCases.Assembled));
        Add(
            "dense int8, the managed AVX-VNNI tile, times the assembled AVX-512 VNNI tile", 0.42, null,
            _result.Rows.Where(row => assembled is not null && IsFallback(row, TargetCases.Managed)), row => assembled!.Milliseconds / row.Milliseconds);
    }

    /// <summary>Whether the automatic choice multiplies int8 by other means; figures of dot products are then another backend's.</summary>
    private bool HasTileUnit => _result.Rows.Any(row => row.Backend == TargetCases.Assembled && !row.Picked && row.Family == "experts");

    private IEnumerable<KernelBenchRow> DotProductRows(string family, string @case, int[] tokens, bool isCold = false) => HasTileUnit
        ? _result.Rows.Where(row => row.Backend == TargetCases.Assembled && row.Family == family && row.Case == @case && row.Precision == Int8
            && tokens.Contains(row.Tokens) && row.Cold == isCold)
            .DistinctBy(row => row.Tokens).OrderBy(row => row.Tokens)
        : Rows(family, [@case], Int8, tokens, isCold);

    private static bool IsFallback(KernelBenchRow row, string backend) => row is { Family: "dense", Case: Base, Precision: Int8, Tokens: 128 } && row.Backend == backend;

    private IEnumerable<KernelBenchRow> Rows(
        string family, string[] cases, string precision, int[] tokens, bool isCold = false, int threads = 1) =>
        _result.Rows.Where(row => row.Picked && row.Family == family && cases.Contains(row.Case) && row.Precision == precision
            && tokens.Contains(row.Tokens) && row.Cold == isCold && row.Threads == threads);

    private void Add(
        string work, double must, double? stretch, IEnumerable<KernelBenchRow> rows, Func<KernelBenchRow, double?> figure, bool isEach = false)
    {
        if (Values(rows, figure) is { Length: > 0 } values)
        {
            _targets.Add(new KernelTarget(work, must, stretch, values, isEach));
        }
    }

    private void AddSum(string work, double must, double? stretch, KernelBenchRow[] rows, Func<KernelBenchRow, double?> figure)
    {
        KernelBenchRow[] measured = [.. rows.Where(row => figure(row) is not null)];
        if (measured.Length > 0)
        {
            var theirs = measured.Sum(row => figure(row)!.Value * row.Milliseconds);
            _targets.Add(new KernelTarget(work, must, stretch, Values(measured, figure), Whole: theirs / measured.Sum(row => row.Milliseconds)));
        }
    }

    private static (string Case, double Value)[] Values(IEnumerable<KernelBenchRow> rows, Func<KernelBenchRow, double?> figure) =>
    [
        .. rows.Select(row => (row, Value: figure(row))).Where(pair => pair.Value is not null)
            .Select(pair => (string.Create(CultureInfo.InvariantCulture, $"{pair.row.Case} T = {pair.row.Tokens}{(pair.row.Cold ? " cold" : "")}:"), pair.Value!.Value)),
    ];
}
