using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>What the targets ask for beside the standard cases at one thread.</summary>
internal static class TargetCases
{
    /// <summary>The tile that stands in where no kernel can be assembled.</summary>
    public const string Managed = "cpu:avx-vnni";

    /// <summary>The tile that it is compared with.</summary>
    public const string Assembled = "cpu:avx512-vnni";

    /// <summary>The parts that this machine can run, and why it cannot run the others.</summary>
    /// <param name="options">Of the standard cases.</param>
    /// <param name="automatic">The backend that was chosen for them.</param>
    public static IEnumerable<(KernelBenchOptions? Options, string? Obstacle)> Of(KernelBenchOptions options, string automatic)
    {
        if (Environment.ProcessorCount >= 2)
        {
            yield return (options with { Threads = 2, Cases = [Network(1), Network(16), Network(128)] }, null);
        }
        else
        {
            yield return (null, "two threads: this machine has one processor");
        }

        var missing = BackendCatalog.List().Where(backend => backend is { Name: Managed or Assembled, Usable: false }).ToArray();
        yield return missing.Length == 0
            ? (options with { Backends = [Managed, Assembled], Cases = [Product()] }, null)
            : (null, string.Join("; ", missing.Select(backend => $"{backend.Name}: {backend.Reason}")));
        if (automatic != Assembled && !missing.Any(backend => backend.Name == Assembled))
        {
            yield return (options with { Backends = [Assembled], Cases = [.. KernelCase.Standard.Where(IsForDotProducts)] }, null);
        }
    }

    /// <summary>Cases whose figures are meant for dot products in vector registers, where a tile unit is chosen instead.</summary>
    private static bool IsForDotProducts(KernelCase @case) => @case.Precision == Precision.Int8 && (@case.Tokens >= 32 || @case.IsCold)
        && (@case is { Family: KernelFamily.Dense, IsCold: false } or { Family: KernelFamily.Experts, Experts: 96 });

    private static KernelCase Network(int tokens) => new(KernelFamily.FeedForward, tokens, 768, 3072, Precision: Precision.Int8);

    private static KernelCase Product() => new(KernelFamily.Dense, 128, 768, 3072, Precision: Precision.Int8);
}
