namespace NativeSparse.Kernels;

/// <summary>An int8 matrix in panels of one tile's columns: dense, or sparse with a list of inputs for each panel.</summary>
internal unsafe interface IInt8PanelMatrix
{
    Int8Tile Tile { get; }

    /// <summary>K.</summary>
    int InputWidth { get; }

    /// <summary>N.</summary>
    int OutputWidth { get; }

    sbyte* Panel(int panel);

    float* Scales(int panel);

    /// <summary>As the tile reads them.</summary>
    int* Sums(int panel);

    /// <summary>Multiplies a panel with the rows of a call.</summary>
    void Multiply(ref Int8TileCall call, int panel);
}
