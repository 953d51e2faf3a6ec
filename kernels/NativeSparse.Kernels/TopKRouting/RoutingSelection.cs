namespace NativeSparse.Kernels;

/// <summary>The rule by which a token chooses experts.</summary>
public enum RoutingSelection
{
    /// <summary>The K highest scores; ties go to the lower index.</summary>
    TopK,

    /// <summary>Every score at or above a threshold: a dynamic number, none included.</summary>
    Threshold,

    /// <summary>The highest scores until their share of the softmax reaches a mass: a dynamic number, at least one.</summary>
    TopP,
}
