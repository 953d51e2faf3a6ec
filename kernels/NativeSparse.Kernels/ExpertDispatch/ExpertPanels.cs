namespace NativeSparse.Kernels;

/// <summary>Where the weights of one expert of <see cref="FloatExperts"/> lie; biases are float32.</summary>
internal readonly unsafe struct ExpertPanels
{
    public required void* Up { get; init; }

    /// <summary>Null for plain experts.</summary>
    public void* Gate { get; init; }

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

    public required void* Down { get; init; }

    /// <summary>The expert's rows of the down projection.</summary>
    public required PanelShape DownShape { get; init; }

    /// <summary>Neurons of others in the first panel, before the expert's.</summary>
    public int Skipped { get; init; }

    /// <summary>The bias of the expert's output as a matrix of one row, or null.</summary>
    public float* OutputBias { get; init; }

    /// <summary>The shape of that matrix; its input is the routing weight.</summary>
    public PanelShape OutputBiasShape => new(1, DownShape.OutputWidth, DownShape.Panel);

    /// <summary>Where the up product starts to read, in values.</summary>
    public nint FirstUpPanel => UpShape.Offset(0, FirstPanel);

    /// <summary>Where the down product starts to read, in values.</summary>
    public nint FirstDownPanel => DownShape.Offset(DownShape.FirstBlock, 0);
}
