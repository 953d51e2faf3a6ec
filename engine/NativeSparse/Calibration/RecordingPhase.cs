namespace NativeSparse.Calibration;

/// <summary>Where recorded tokens go.</summary>
internal enum RecordingPhase
{
    /// <summary>To the tokens that fits may see.</summary>
    Fit,

    /// <summary>To the tokens that judge.</summary>
    HeldOut,

    /// <summary>Every fifth token judges, the others fit.</summary>
    SplitTokens,
}
