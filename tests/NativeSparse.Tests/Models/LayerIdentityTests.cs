using System.Text.Json.Nodes;
using NativeSparse.Forms;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using NativeSparse.Tests.Forms;
using Xunit;

namespace NativeSparse.Tests.Models;

/// <summary>Every site of every zoo model, dense and as contiguous experts that are all active, against plain double arithmetic.</summary>
public sealed class LayerIdentityTests
{
    private const double Relative = 1e-5;
    private const int Rows = 9;

    [Fact]
    public void Each_layer_is_the_dense_network_within_1e_5()
    {
        var files = SharedData.Files("*.onnx", "zoo");
        Assert.SkipWhen(files.Count == 0, SharedData.Absent);
        using var backend = BackendCatalog.Open(null);
        var layers = 0;
        var worst = 0.0;
        foreach (var file in files)
        {
            foreach (var site in OnnxModel.Load(file).FindFeedForwards().Sites)
            {
                worst = Math.Max(worst, Check(site, backend, Path.GetFileName(file)));
                layers++;
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{layers} layers of {files.Count} files, worst relative difference {worst:e1}");
        Assert.True(layers > files.Count, $"only {layers} layers were found in {files.Count} files");
    }

    private static double Check(FeedForwardSite site, Backend backend, string file)
    {
        var weights = site.ReadWeights();
        var x = DenseReference.Values(new Random(5), Rows * weights.InputWidth, 1);
        var expected = DenseReference.Run(weights, x, ScalarFunctions.Find(weights.Activation));
        var largest = expected.Max(Math.Abs);
        var worst = 0.0;
        foreach (var (form, converter, options) in new (string, string?, JsonObject?)[]
        {
            ("dense", null, null),
            ("experts", "contiguous", new JsonObject { ["experts"] = 2, ["active"] = 1.0 }),
        })
        {
            var context = new ConversionContext { Site = site.Name, Weights = weights, Backend = backend, Splitter = SerialSplitter.Instance };
            var descriptor = FormRegistry.Find(form);
            using var built = descriptor.Build(descriptor.Convert(context, converter, options).Parameters, backend);
            var actual = FormRunner.Run(built, x);
            for (var i = 0; i < actual.Length; i++)
            {
                var difference = Math.Abs(actual[i] - expected[i]) / largest;
                Assert.True(difference <= Relative, $"{file} {site.Name} as {form}: y[{i}] is {actual[i]}, expected {expected[i]}");
                worst = Math.Max(worst, difference);
            }
        }

        return worst;
    }
}
