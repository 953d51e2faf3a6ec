namespace NativeSparse.Kernels;

/// <summary>How the weights of panels are stored.</summary>
internal unsafe interface IPanelWeights<TVector>
    where TVector : struct
{
    /// <summary>The address of a value.</summary>
    static abstract void* At(void* weights, nint index);

    /// <summary>One register of float32 weights from value <paramref name="index"/> on.</summary>
    static abstract TVector Load(void* weights, nint index);
}
