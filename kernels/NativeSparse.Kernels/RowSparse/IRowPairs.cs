namespace NativeSparse.Kernels;

/// <summary>Words of two rows side by side, as the multiply-add of pairs wants them: from each 128 bits the lower or the upper four words.</summary>
internal interface IRowPairs<TVector>
    where TVector : struct
{
    static abstract TVector Low(TVector first, TVector second);

    static abstract TVector High(TVector first, TVector second);
}
