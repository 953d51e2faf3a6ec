using NativeSparse.Choices;
using NativeSparse.Kernels;
using Xunit;

namespace NativeSparse.Tests.Choices;

public sealed class SparseCostsCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Backend _backend = BackendCatalog.Open("cpu");

    [Fact]
    public void What_is_kept_is_read_in_its_bits()
    {
        var costs = Costs(_backend.Name, 1 / 3.0);
        var kept = new SparseCostsCache(_folder).Keep(_backend, costs);
        var read = new SparseCostsCache(_folder).Get(_backend, Precision.Float32, TestContext.Current.CancellationToken);

        Assert.Equal((false, true), (kept.WasKept, read.WasKept));
        Assert.Equal((kept.File, null), (read.File, read.Reason));
        Assert.Equal(costs.ToJson(), read.Costs.ToJson());
        Assert.Equal([kept.File], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("{ \"version\": 1 }", "precision")]
    [InlineData("", "not the costs")]
    [InlineData(null, "expected costs of cpu")]
    public void What_cannot_be_read_is_measured_again_with_a_reason(string? content, string reason)
    {
        var cache = new SparseCostsCache(_folder) { Measurement = (backend, precision, _) => Costs(backend.Name, 2, precision) };
        var file = cache.FileOf(_backend, Precision.Int8)!;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content ?? Costs("another", 1).ToJson());

        var measured = cache.Get(_backend, Precision.Int8, TestContext.Current.CancellationToken);
        Assert.False(measured.WasKept);
        Assert.Contains(reason, measured.Reason, StringComparison.Ordinal);
        Assert.Equal((Costs(_backend.Name, 2, Precision.Int8).ToJson(), file), (measured.Costs.ToJson(), measured.File));
        Assert.Equal(measured.Costs.ToJson(), File.ReadAllText(file));
        Assert.True(cache.Get(_backend, Precision.Int8, TestContext.Current.CancellationToken).WasKept);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_said()
    {
        Directory.CreateDirectory(_folder);
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        var kept = new SparseCostsCache(Path.Combine(file, "below")).Keep(_backend, Costs(_backend.Name, 1));
        Assert.Null(kept.File);
        Assert.Contains("could not be kept", kept.Reason, StringComparison.Ordinal);
        Assert.Contains(CacheFolder.Variable, new SparseCostsCache(null).Keep(_backend, Costs(_backend.Name, 1)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_backend_and_precision_has_a_file_of_its_own()
    {
        using var other = BackendCatalog.Open("cpu:vector128");
        var cache = new SparseCostsCache(_folder);
        var files = new[] { _backend, other }.DistinctBy(backend => backend.Name)
            .SelectMany(backend => new[] { cache.FileOf(backend, Precision.Float32), cache.FileOf(backend, Precision.Int8) }).ToArray();

        Assert.Equal(files.Length, files.Distinct().Count());
        Assert.All(files, file => Assert.StartsWith(_folder, file, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _backend.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static SparseCosts Costs(string backend, double perValue, Precision precision = Precision.Float32) => new(
        backend, precision, [.. SparseLayout.All(precision).Select(layout => new SparseCost(layout, 8, 0, 0, [.. SparseCost.Densities.Select(_ => perValue)]))]);
}
