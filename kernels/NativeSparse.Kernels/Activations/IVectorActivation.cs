namespace NativeSparse.Kernels;

/// <summary>One activation on a register of any width. NaN gives NaN; infinities give the function's limit.</summary>
internal interface IVectorActivation
{
    static abstract TVector Apply<TWidth, TVector>(TVector x, TVector slope)
        where TWidth : struct, IVectorArithmetic<TVector>
        where TVector : struct;
}
