using NativeSparse.Forms;
using NativeSparse.Kernels;

namespace NativeSparse.Calibration;

/// <summary>A dense site that keeps a random sample of what it reads. Used in calibration sessions only.</summary>
internal sealed unsafe class RecordingFeedForward(FeedForward dense, Func<RecordingPhase> phase, int maxTokens, int maxHeldOut, int seed) : FeedForward
{
    private const int SplitEvery = 5;

    private readonly Lock _lock = new();
    private readonly TokenReservoir _fit = new(dense.InputWidth, maxTokens, seed);
    private readonly TokenReservoir _heldOut = new(dense.InputWidth, maxHeldOut, seed + 1);
    private long _tokens;

    /// <inheritdoc/>
    public override int InputWidth => dense.InputWidth;

    /// <inheritdoc/>
    public override int OutputWidth => dense.OutputWidth;

    /// <inheritdoc/>
    public override Precision Precision => dense.Precision;

    /// <inheritdoc/>
    public override string Version => dense.Version;

    /// <inheritdoc/>
    public override long ByteCount => dense.ByteCount;

    /// <summary>What was kept.</summary>
    public SiteSample ToSample() => new(_fit.ToArray(), _heldOut.ToArray(), dense.InputWidth);

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, View y)
    {
        lock (_lock)
        {
            for (var t = 0; t < x.Rows; t++)
            {
                var heldOut = phase() switch
                {
                    RecordingPhase.Fit => false,
                    RecordingPhase.HeldOut => true,
                    _ => _tokens % SplitEvery == SplitEvery - 1,
                };
                (heldOut ? _heldOut : _fit).Add(new ReadOnlySpan<float>((float*)x.Address + ((nint)t * x.Stride), x.Columns));
                _tokens++;
            }
        }

        dense.Run(execution, x, y);
    }

    /// <inheritdoc/>
    public override void Dispose() => dense.Dispose();
}
