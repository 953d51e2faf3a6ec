using NativeSparse.Conversion;
using NativeSparse.Forms;
using NativeSparse.Forms.Dense;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Session;

namespace NativeSparse.Calibration;

/// <summary>
/// Runs the dense model on calibration inputs, with every asked-for site on our dense kernels that keep a sample of what they read.
/// Memory: the samples, bounded by <see cref="CalibrationData.MaxTokens"/>.
/// </summary>
internal static class SiteCalibration
{
    private const int MinTokens = 64;

    /// <summary>The sample of each site.</summary>
    /// <param name="source">The dense model.</param>
    /// <param name="sites">The sites, each with whether something is fitted to its sample.</param>
    /// <param name="data">Inputs.</param>
    /// <param name="split">Which of them fits see.</param>
    /// <param name="backend">Where the sites run meanwhile.</param>
    /// <param name="options">Threads, session options, progress.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <exception cref="ConversionException">A site that is fitted saw too few tokens.</exception>
    public static Dictionary<string, SiteSample> Collect(
        ModelSource source,
        IReadOnlyDictionary<string, bool> sites,
        CalibrationData data,
        BatchSplit split,
        Backend backend,
        SparseOptions options,
        CancellationToken cancellation)
    {
        var model = source.Open();
        var phase = RecordingPhase.Fit;
        var recorders = new Dictionary<string, NodeOperator>();
        var seed = 0;
        foreach (var site in model.FindFeedForwards().Sites.Where(site => sites.ContainsKey(site.Name)))
        {
            var dense = new DenseFeedForward(DenseParameters.Create(site.ReadWeights(), Precision.Float32), backend);
            recorders.Add(
                site.Name, new RecordingFeedForward(dense, () => phase, data.MaxTokens, data.MaxHeldOutTokens, seed += 2));
            model.Replace(site, SessionNodes.Create(site.Name, new DenseDescriptor()));
        }

        using var session = ModelSession.Open(model, recorders, options, spinning: false);
        var batches = 0;
        foreach (var (batch, batchPhase) in split.Enumerate())
        {
            cancellation.ThrowIfCancellationRequested();
            phase = batchPhase;
            session.Run(batch, cancellation);
            options.Progress?.Report(new ConversionProgress("calibrate", null, 1 - (1 / (1 + (++batches / 16.0)))));
        }

        return recorders.ToDictionary(entry => entry.Key, entry => Check(entry.Key, ((RecordingFeedForward)entry.Value).ToSample(), sites[entry.Key]));
    }

    private static SiteSample Check(string site, SiteSample sample, bool isFitted)
    {
        if (isFitted && (sample.Tokens < MinTokens || sample.HeldOutTokens == 0))
        {
            throw new ConversionException(
                $"site '{site}' saw {sample.Tokens} calibration and {sample.HeldOutTokens} held-out tokens, at least {MinTokens} and 1 are needed: "
                + "give more inputs, or inputs that reach this part of the model",
                site);
        }

        if (sample.Tokens > 0 && !System.Numerics.Tensors.TensorPrimitives.IsFiniteAll<float>(sample.Inputs))
        {
            throw new ConversionException($"the calibration inputs make site '{site}' read infinities or NaN", site);
        }

        return sample;
    }
}
