namespace NativeSparse.Kernels;

/// <summary>How a group of experts is judged when only some groups may be chosen from.</summary>
public enum RoutingGroupScore
{
    /// <summary>Its highest score (DeepSeek-V2).</summary>
    Highest,

    /// <summary>The sum of its two highest scores (DeepSeek-V3).</summary>
    TwoHighest,
}
