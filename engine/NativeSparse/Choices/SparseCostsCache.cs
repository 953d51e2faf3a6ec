using System.Text;
using NativeSparse.Kernels;
using NativeSparse.Measurement;
using NativeSparse.Onnx;

namespace NativeSparse.Choices;

/// <summary>
/// Costs of sparse layouts, measured once for each processor or device, backend, precision and build of the kernels, and kept as a file: with the
/// same file a matrix is packed in the same layout, and gives the same bits, in every process. Thread-safe; of processes that measure at the same
/// time the last one's file stays.
/// </summary>
/// <param name="folder">Where they are kept; null: nowhere, each call measures. It is made when it is needed.</param>
public sealed class SparseCostsCache(string? folder)
{
    private const int ShownBuildLength = 8;

    /// <summary>What measures them.</summary>
    internal Func<Backend, Precision, CancellationToken, SparseCosts> Measurement { get; init; } = SparseCosts.Measure;

    /// <summary>Keeps them in the user's folder, <see cref="CacheFolder.Default"/>.</summary>
    public SparseCostsCache()
        : this(CacheFolder.Default)
    {
    }

    /// <summary>The costs that are kept; where there are none, measures them for a few seconds and keeps them.</summary>
    /// <remarks>A folder that cannot be written, or a file that cannot be read, is no error: they are measured, and the answer says why.</remarks>
    /// <exception cref="NotSupportedException">The backend has no such sparse weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public KeptSparseCosts Get(Backend backend, Precision precision, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (FileOf(backend, precision) is not { } file || !File.Exists(file))
        {
            return Measure(backend, precision, cancellation);
        }

        try
        {
            var costs = SparseCosts.Parse(File.ReadAllText(file));
            return costs.Backend == backend.Name && costs.Precision == precision
                ? new KeptSparseCosts(costs, file, true, null)
                : throw new FormatException($"expected costs of {backend.Name} at {precision}, got {costs.Backend} at {costs.Precision}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            var measured = Measure(backend, precision, cancellation);
            return measured with { Reason = $"kept costs were not taken: {exception.Message}" + (measured.Reason is null ? "" : $"; {measured.Reason}") };
        }
    }

    /// <summary>Measures them, whatever is kept, and keeps them in its place.</summary>
    /// <exception cref="NotSupportedException">The backend has no such sparse weights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public KeptSparseCosts Measure(Backend backend, Precision precision, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return Keep(backend, Measurement(backend, precision, cancellation));
    }

    /// <summary>Keeps costs in place of what is kept.</summary>
    internal KeptSparseCosts Keep(Backend backend, SparseCosts costs)
    {
        if (FileOf(backend, costs.Precision) is not { } file)
        {
            return new KeptSparseCosts(costs, null, false, $"the user has no folder for caches; name one with {CacheFolder.Variable}");
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var replacement = new FileReplacement();
            replacement.Create(file).Write(Encoding.UTF8.GetBytes(costs.ToJson()));
            replacement.Commit();
            return new KeptSparseCosts(costs, file, false, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new KeptSparseCosts(costs, null, false, $"they could not be kept: {exception.Message}");
        }
    }

    /// <summary>Where a backend's costs are kept, whether or not they are.</summary>
    internal string? FileOf(Backend backend, Precision precision)
    {
        if (folder is null)
        {
            return null;
        }

        // Costs of other kernels are no costs: the build is a part of the name.
        var build = typeof(Backend).Module.ModuleVersionId.ToString("N")[..ShownBuildLength];
        var hardware = backend is DeviceBackend device ? FileNames.Plain(device.Device.Accelerator.Name) : CpuIdentity.FolderName;
        return Path.Combine(folder, hardware, $"sparse-{FileNames.Plain(backend.Name)}-{FileNames.Plain(precision.ToString())}-{build}.json");
    }
}
