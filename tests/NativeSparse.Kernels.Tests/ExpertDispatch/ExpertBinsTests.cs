using CsCheck;
using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed unsafe class ExpertBinsTests
{
    [Fact]
    public void Bins_hold_every_pair_once_by_expert_and_token() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 20]).SelectMany((tokens, experts) => Gen.Int[0, experts].Select(active => (tokens, experts, active)))
            .Sample(
                sizes =>
                {
                    using var backend = Versions.Reference();
                    using var problem = new ExpertProblem(backend, new ExpertShape(sizes.tokens, 1, sizes.experts, 1, 1, sizes.active), seed: 1);
                    using var scratch = new Scratch();
                    var bins = ExpertBins.Rent(scratch, problem.Routing, 0, sizes.tokens, sizes.experts, 96, 2);
                    Assert.Equal(sizes.tokens * sizes.active, bins.Pairs);
                    var seen = new List<(int Expert, int Token)>();
                    for (var b = 0; b < bins.Blocks; b++)
                    {
                        var block = bins[b];
                        Assert.InRange(block.Rows, 1, 96);
                        for (var r = 0; r < block.Rows; r++)
                        {
                            var token = bins.Tokens(block.FirstPair)[r];
                            seen.Add((block.Expert, token));
                            var chosen = new ReadOnlySpan<int>(problem.Routing.Experts.RowInt32(token), sizes.active);
                            var slot = chosen.IndexOf(block.Expert);
                            Assert.True(slot >= 0);
                            Assert.Equal(problem.Routing.Weights.Row(token)[slot] * 2, bins.Weights(block.FirstPair)[r]);
                        }
                    }

                    Assert.Equal(bins.Pairs, seen.Count);
                    Assert.Equal(seen.Distinct().OrderBy(pair => pair.Expert).ThenBy(pair => pair.Token), seen);
                },
                iter: 60,
                seed: "0000KOIPe2d3");
}
