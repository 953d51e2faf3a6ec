namespace NativeSparse.Kernels;

/// <summary>One matrix of a grouped product, where its weights lie and what it reads and writes.</summary>
internal struct TileMatrix
{
    /// <summary>The first of its groups of four weights.</summary>
    public int Start;

    /// <summary>Groups of four weights of one input.</summary>
    public int Stride;

    /// <summary>K.</summary>
    public int Inputs;

    /// <summary>Columns of weights: N, or 2 N where up and gate lie side by side.</summary>
    public int Columns;

    /// <summary>Where its part of a row of inputs begins, in elements of their memory.</summary>
    public int InputStart;

    /// <summary>Where that part begins before rows are rounded, in values.</summary>
    public int SourceStart;

    /// <summary>Where its part of a row of outputs begins.</summary>
    public int OutputStart;

    /// <summary>Where its columns' scales and sums begin.</summary>
    public int ColumnStart;

    /// <summary>Where its columns' biases begin.</summary>
    public int BiasStart;

    /// <summary>Which of a row's scales is its own.</summary>
    public int Quantum;

    /// <summary>Outputs that count, where outputs are weighted: the others are stored as 0.</summary>
    public int Neurons;
}
