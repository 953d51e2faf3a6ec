using NativeSparse.Kernels;
using NativeSparse.Tests.Forms.Experts.Converters;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts;

/// <summary>Layers of published mixtures, on our routing, dispatch and dense kernels, beside reference vectors: chosen sets exactly, outputs within 1e-5.</summary>
public sealed class MixtureGoldenTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var paper in new[] { "mixtral", "olmoe", "qwen2-moe", "deepseek-v2", "deepseek-v3", "clip-moe", "switch" })
            {
                foreach (var file in GoldenCase.List(paper))
                {
                    cases.Add(paper, file.Data);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Layers_give_the_choices_and_outputs_of_the_reference(string paper, string file)
    {
        var layer = new MixtureLayer(paper, GoldenCase.Open(paper, file));
        foreach (var name in GoldenBackends.Names)
        {
            using var backend = BackendCatalog.Open(name);
            layer.Check(backend);
        }
    }
}
