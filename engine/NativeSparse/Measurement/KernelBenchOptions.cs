using NativeSparse.Choices;

namespace NativeSparse.Measurement;

/// <summary>What <see cref="KernelBench"/> measures.</summary>
public sealed record KernelBenchOptions
{
    /// <summary>The cases; by default all of <see cref="KernelCase.Standard"/>.</summary>
    public IReadOnlyList<KernelCase> Cases { get; init; } = KernelCase.Standard;

    /// <summary>Backends by name; the first is the one that is picked.</summary>
    public IReadOnlyList<string> Backends { get; init; } = ["cpu"];

    /// <summary>Threads of ours and of ONNX Runtime.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How often everything is timed.</summary>
    public int Rounds { get; init; } = 31;

    /// <summary>Where the costs are kept by which layouts of sparse weights are picked.</summary>
    public SparseCostsCache Costs { get; init; } = new();

    /// <summary>Whether those costs are measured anew and kept in the place of the old ones.</summary>
    public bool MeasureCosts { get; init; }
}
