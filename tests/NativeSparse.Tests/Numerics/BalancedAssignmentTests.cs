using Google.OrTools.Graph;
using NativeSparse.Numerics;
using Xunit;

namespace NativeSparse.Tests.Numerics;

public sealed class BalancedAssignmentTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 6)]
    [InlineData(24, 4)]
    [InlineData(61, 7)]
    [InlineData(120, 15)]
    public void It_costs_what_an_assignment_solver_finds(int items, int groups)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var random = new Random(seed);
            float[] costs = [.. Enumerable.Range(0, items * groups).Select(_ => random.Next(-500, 500))];
            int[] sizes = [.. Enumerable.Range(0, groups).Select(group => (items / groups) + (group < items % groups ? 1 : 0))];
            var assignment = BalancedAssignment.Solve(costs, sizes, TestContext.Current.CancellationToken);
            Assert.Equal(sizes, Enumerable.Range(0, groups).Select(group => assignment.Count(given => given == group)));
            using var solver = new LinearSumAssignment();
            for (var item = 0; item < items; item++)
            {
                var place = 0;
                for (var group = 0; group < groups; group++)
                {
                    for (var i = 0; i < sizes[group]; i++)
                    {
                        solver.AddArcWithCost(item, place++, (long)costs[(item * groups) + group] + 500);
                    }
                }
            }

            Assert.Equal(LinearSumAssignment.Status.OPTIMAL, solver.Solve());
            var cost = assignment.Select((group, item) => (double)costs[(item * groups) + group]).Sum();
            Assert.Equal(solver.OptimalCost() - (500.0 * items), cost);
        }
    }

    [Fact]
    public void Sizes_that_do_not_sum_to_the_items_are_refused() =>
        Assert.Throws<ArgumentException>(() => BalancedAssignment.Solve(new float[12], [2, 2], TestContext.Current.CancellationToken));
}
