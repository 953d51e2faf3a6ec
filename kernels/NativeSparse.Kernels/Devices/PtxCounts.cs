namespace NativeSparse.Kernels;

/// <summary>Instructions as they stand in a kernel's code, each once however often it runs.</summary>
internal sealed record PtxCounts
{
    /// <summary>Counts the instructions of a kernel.</summary>
    public static PtxCounts Of(string code)
    {
        string[] instructions =
        [
            .. code.Split('\n').Select(line => line.Trim()).Where(line => line.EndsWith(';') && !line.StartsWith('.')).Select(WithoutPredicate),
        ];
        int Count(params string[] beginnings) =>
            instructions.Count(line => beginnings.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal)));
        return new PtxCounts
        {
            Instructions = instructions.Length,
            GlobalLoads = Count("ld.global"),
            WideLoads = instructions.Count(line => line.StartsWith("ld.", StringComparison.Ordinal) && line.Contains(".v4.", StringComparison.Ordinal)),
            SharedLoads = Count("ld.shared"),
            Products = Count("mul.f32", "mul.rn.f32", "mul.ftz.f32"),
            Sums = Count("add.f32", "add.rn.f32", "add.ftz.f32"),
            Fused = Count("fma.", "mad."),
            Barriers = Count("bar.sync", "barrier.sync"),
            LocalAccesses = code.Split(".local").Length - 1,
        };
    }

    public required int Instructions { get; init; }

    public required int GlobalLoads { get; init; }

    /// <summary>Loads of 16 bytes.</summary>
    public required int WideLoads { get; init; }

    public required int SharedLoads { get; init; }

    /// <summary>float32 products; the device's assembler joins them with sums.</summary>
    public required int Products { get; init; }

    public required int Sums { get; init; }

    /// <summary>Multiply-adds, of whole numbers too.</summary>
    public required int Fused { get; init; }

    public required int Barriers { get; init; }

    /// <summary>Local memory, declared or used: what does not fit registers is spilled there.</summary>
    public required int LocalAccesses { get; init; }

    private static string WithoutPredicate(string line) => line.StartsWith('@') ? line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimStart() : line;
}
