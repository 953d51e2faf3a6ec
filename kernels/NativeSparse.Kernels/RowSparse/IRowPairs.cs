namespace NativeSparse.Kernels;

/// <summary>Bytes of two rows become pairs of words, as the multiply-add of pairs wants them.</summary>
internal interface IRowPairs<TVector>
    where TVector : struct
{
    /// <summary>Words of two bytes from both rows in turns: the lower four of each 128 bits.</summary>
    static abstract TVector Low(TVector first, TVector second);

    /// <summary>The upper four of each 128 bits.</summary>
    static abstract TVector High(TVector first, TVector second);

    /// <summary>The lower byte of each word.</summary>
    static abstract TVector Even(TVector words);

    /// <summary>The upper byte of each word.</summary>
    static abstract TVector Odd(TVector words);
}
