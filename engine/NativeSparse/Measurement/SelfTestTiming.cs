namespace NativeSparse.Measurement;

/// <summary>One timing of the self-test.</summary>
public sealed record SelfTestTiming
{
    /// <summary>The shape.</summary>
    public required string Case { get; init; }

    /// <summary>How weights are held.</summary>
    public required string Precision { get; init; }

    /// <summary>T.</summary>
    public required int Tokens { get; init; }

    /// <summary>Median time of one thread; on a device with the copies of input and output.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>Share of the multiply-add limit of the same rounds; of processors only.</summary>
    public double? ShareOfPeak { get; init; }
}
