namespace NativeSparse.Kernels;

/// <summary>How the weights of panels are stored: lines of two registers of float32 values, one line for each inner index.</summary>
internal unsafe interface IPanelWeights<TVector>
    where TVector : struct
{
    /// <summary>What a value takes.</summary>
    static abstract int Bytes { get; }

    /// <summary>The address of a line, <paramref name="index"/> values from <paramref name="weights"/>.</summary>
    static abstract void* At(void* weights, nint index);

    /// <summary>The first half of the line at value <paramref name="index"/>, as float32.</summary>
    static abstract TVector First(void* weights, nint index);

    /// <summary>The second half of the line at value <paramref name="index"/>, as float32.</summary>
    static abstract TVector Second(void* weights, nint index);
}
