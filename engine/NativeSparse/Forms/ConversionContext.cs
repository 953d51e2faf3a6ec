using NativeSparse.Calibration;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms;

/// <summary>What a converter gets for one site.</summary>
internal sealed class ConversionContext
{
    /// <summary>The site's name, for messages.</summary>
    public required string Site { get; init; }

    /// <summary>The dense weights.</summary>
    public required FeedForwardWeights Weights { get; init; }

    /// <summary>How the form's matrices are held; one of <see cref="FormDescriptor.Precisions"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>Inputs of the site, or null when the host gave no calibration data.</summary>
    public SiteSample? Sample { get; init; }

    /// <summary>Where the linear algebra runs.</summary>
    public required Backend Backend { get; init; }

    /// <summary>Threads for the linear algebra.</summary>
    public required WorkSplitter Splitter { get; init; }

    /// <summary>Whether the report compares the result with random splits and routers, which takes longer than the conversion.</summary>
    public bool CompareWithChance { get; init; }

    /// <summary>Share of this site's work that is done, 0..1.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Checked often.</summary>
    public CancellationToken Cancellation { get; init; }
}
