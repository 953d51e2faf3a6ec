using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>The multiply-add limits that the backends of one case are measured against, as contenders of the same rounds.</summary>
internal sealed class KernelPeaks(List<Contender> contenders) : IDisposable
{
    private readonly Dictionary<int, double> _operations = [];
    private readonly List<Int8Peak> _owned = [];

    /// <summary>Adds the limit of a backend at a precision, if it has one; -1 otherwise, and for devices: the limits are a processor's.</summary>
    public int Add(Backend backend, Precision precision)
    {
        if (backend.IsDevice)
        {
            return -1;
        }

        if (precision is not (Precision.Float32 or Precision.BFloat16))
        {
            if (backend.Int8Tile?.CreatePeak() is not { } peak)
            {
                return -1;
            }

            _owned.Add(peak);
            return Add(new Contender("peak int8", peak.Run), peak.Operations);
        }

        var (contender, operations) = MachineLimits.PeakContender();
        return Add(contender, operations);
    }

    /// <summary>Operations of one run of a limit.</summary>
    public double Operations(int contender) => _operations[contender];

    /// <inheritdoc/>
    public void Dispose() => _owned.ForEach(peak => peak.Dispose());

    private int Add(Contender contender, double operations)
    {
        contenders.Add(contender);
        _operations[contenders.Count - 1] = operations;
        return contenders.Count - 1;
    }
}
