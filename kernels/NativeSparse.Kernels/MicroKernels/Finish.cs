namespace NativeSparse.Kernels;

/// <summary>What is done to complete sums: <c>y = rowScale * multiplier * act(sum + bias)</c>; null pointers leave a step out.</summary>
internal unsafe struct Finish
{
    public Activation Activation;

    /// <summary>One value for each column.</summary>
    public float* Bias;

    /// <summary>One pointer for each row.</summary>
    public float** Multiplier;

    /// <summary>One value for each row.</summary>
    public float* RowScale;

    public readonly bool IsIdentity =>
        Activation.Kind == ActivationKind.Identity && Bias is null && Multiplier is null && RowScale is null;
}
