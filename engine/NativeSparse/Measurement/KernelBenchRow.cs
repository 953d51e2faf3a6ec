namespace NativeSparse.Measurement;

/// <summary>One measured case on one backend. Ratios are theirs over ours: above 1, ours is faster.</summary>
public sealed record KernelBenchRow
{
    /// <summary><c>dense</c>, <c>ffn</c>, <c>experts</c>, <c>routing</c>, <c>lowrank</c>, <c>sparse</c>, <c>semiring</c>, <c>rowsparse</c> or <c>blockdiagonal</c>.</summary>
    public required string Family { get; init; }

    /// <summary>The shape's name.</summary>
    public required string Case { get; init; }

    /// <summary>How weights are held.</summary>
    public required string Precision { get; init; }

    /// <summary>T; the nodes of a graph; the pixels of a 1x1 convolution.</summary>
    public required int Tokens { get; init; }

    /// <summary>Threads of ours and of ONNX Runtime.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether weights come from memory rather than from the caches.</summary>
    public required bool Cold { get; init; }

    /// <summary>Which backend.</summary>
    public required string Backend { get; init; }

    /// <summary>Median time.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>The time that a tenth of the rounds beat.</summary>
    public required double P10Milliseconds { get; init; }

    /// <summary>Own dense time of the same backend over this: the same product, the dense network that the experts are cut from, or, of
    /// low-rank experts, whole networks with the deltas merged.</summary>
    public double? RatioToDense { get; init; }

    /// <summary>Own dense time over that of the experts alone, router and top-k left out.</summary>
    public double? RoutedRatioToDense { get; init; }

    /// <summary>Own float32 time of the same case and backend over this, where the case is at another precision.</summary>
    public double? RatioToOwnFloat32 { get; init; }

    /// <summary>Own int8 time of the same case and backend over this, where the case is at int4.</summary>
    public double? RatioToOwnInt8 { get; init; }

    /// <summary>ONNX Runtime's time at the same precision over this, as the median of the rounds.</summary>
    public double? RatioToOnnxRuntime { get; init; }

    /// <summary>Lower end of that ratio's 95 % interval.</summary>
    public double? RatioToOnnxRuntimeLow { get; init; }

    /// <summary>Upper end of that ratio's 95 % interval.</summary>
    public double? RatioToOnnxRuntimeHigh { get; init; }

    /// <summary>ONNX Runtime's time of the dense network over that of the experts alone, router and top-k left out.</summary>
    public double? RoutedRatioToOnnxRuntime { get; init; }

    /// <summary>ONNX Runtime's float32 time over this.</summary>
    public double? RatioToOnnxRuntimeFloat32 { get; init; }

    /// <summary>
    /// ONNX Runtime's time at the same precision over this, its threads spinning between runs as they do by themselves (elsewhere they are sent
    /// to sleep after each run); with more than one thread.
    /// </summary>
    public double? RatioToOnnxRuntimeSpinning { get; init; }

    /// <summary>
    /// Time of ONNX Runtime's MoE operator (com.microsoft, router included; QMoE on the same integers at int8 and int4) over ours computing the operator's function: tanh GELU and
    /// softmax weights; their outputs were compared first.
    /// </summary>
    public double? RatioToOnnxRuntimeMoe { get; init; }

    /// <summary>Time of our plain loops, the reference version on one thread, over this; of graphs.</summary>
    public double? RatioToReference { get; init; }

    /// <summary>Time of a loop over the edges on one thread, gather, multiply, scatter, over this; of graphs.</summary>
    public double? RatioToPlainLoop { get; init; }

    /// <summary>
    /// Of devices: time of naive float32 kernels, a thread for each output and a plain loop, with the same copies of operands, over this; of experts over
    /// ours without the router. Dense, block-diagonal, sparse and expert products.
    /// </summary>
    public double? RatioToNaive { get; init; }

    /// <summary>Largest difference between their results and this, relative to the largest.</summary>
    public double? DifferenceToNaive { get; init; }

    /// <summary>Of the row of the automatic choice: the fastest of the other backends of the same run, or null where there is none.</summary>
    public string? FastestOther { get; init; }

    /// <summary>That backend's time over this.</summary>
    public double? RatioToFastestOther { get; init; }

    /// <summary>Upper end of that ratio's 95 % interval.</summary>
    public double? RatioToFastestOtherHigh { get; init; }

    /// <summary>
    /// Of a sparse case, on the backend that is chosen automatically: the layout that the cost model picks for these weights (<c>dense</c>,
    /// <c>1x1</c>, <c>4x1</c>, ...), whatever the case's own is.
    /// </summary>
    public string? PickedLayout { get; init; }

    /// <summary>The fastest of the other layouts that the cost model does not put far behind, or null where there is none.</summary>
    public string? FastestOtherLayout { get; init; }

    /// <summary>That layout's time over the picked one's.</summary>
    public double? RatioToFastestOtherLayout { get; init; }

    /// <summary>Upper end of that ratio's 95 % interval.</summary>
    public double? RatioToFastestOtherLayoutHigh { get; init; }

    /// <summary>Share of the multiply-add peak of the same rounds: the median of the rounds' ratios; of processors only.</summary>
    public double? ShareOfPeak { get; init; }

    /// <summary>
    /// Weight bytes per second over the measured read bandwidth of one core; above 1, they come from a cache. Of a cold case, over that of as
    /// many bytes read in the same rounds. Of processors only.
    /// </summary>
    public double? ShareOfBandwidth { get; init; }

    /// <summary>Largest difference to float64 arithmetic over the sampled rows, relative to the largest exact value.</summary>
    public double? MaxError { get; init; }

    /// <summary>Bytes that one run allocates on the calling thread.</summary>
    public required long AllocatedBytes { get; init; }

    /// <summary>What was not measured, and why, or where the row was measured if elsewhere; null where there is nothing to say.</summary>
    public string? Note { get; init; }

    /// <summary>Whether this is the backend that is chosen automatically.</summary>
    public required bool Picked { get; init; }
}
