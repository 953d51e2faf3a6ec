using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>The pairs of a pass, sorted.</summary>
internal readonly struct DeviceExpertPairs
{
    public required ArrayView<int> Index { get; init; }

    public required ArrayView<float> Factors { get; init; }

    public required ArrayView<int> Slots { get; init; }

    public required ArrayView<TileSpan> Spans { get; init; }

    public required int SpanCount { get; init; }

    /// <summary>Most rows of a span.</summary>
    public required int Height { get; init; }

    public required int Count { get; init; }
}
