namespace NativeSparse.Kernels;

/// <summary>Where one float32 expert's weights lie.</summary>
internal readonly unsafe struct ExpertPanels
{
    public required float* Up { get; init; }

    /// <summary>Null for plain experts.</summary>
    public float* Gate { get; init; }

    /// <summary>The shape of these two, padding columns included: hidden rows have room for them.</summary>
    public required PanelShape UpShape { get; init; }

    /// <summary>The first panel with a neuron of the expert.</summary>
    public int FirstPanel { get; init; }

    /// <summary>How many panels have one.</summary>
    public required int Panels { get; init; }

    /// <summary>One for each column of <see cref="UpShape"/>, or null.</summary>
    public float* UpBias { get; init; }

    /// <summary>One for each column of <see cref="UpShape"/>, or null.</summary>
    public float* GateBias { get; init; }

    public required float* Down { get; init; }

    /// <summary>The expert's rows of the down projection.</summary>
    public required PanelShape DownShape { get; init; }

    /// <summary>Neurons of others in the first panel, before the expert's.</summary>
    public int Skipped { get; init; }

    /// <summary>What the up product reads first.</summary>
    public float* FirstUpPanel => Up + UpShape.Offset(0, FirstPanel);

    /// <summary>What the down product reads first.</summary>
    public float* FirstDownPanel => Down + DownShape.Offset(DownShape.FirstBlock, 0);
}
