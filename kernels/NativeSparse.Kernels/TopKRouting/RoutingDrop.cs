namespace NativeSparse.Kernels;

/// <summary>What a token gets for experts that were full.</summary>
public enum RoutingDrop
{
    /// <summary>Nothing (Switch Transformers).</summary>
    Zero,

    /// <summary>Its own input, unchanged, when every expert it chose was full.</summary>
    PassThrough,

    /// <summary>Its own input times the sum of the weights of the full experts (MixLoRA).</summary>
    WeightedPassThrough,
}
