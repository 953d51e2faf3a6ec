using System.CommandLine;
using NativeSparse.Cli.Bench.Kernels;
using NativeSparse.Cli.Bench.Models;

namespace NativeSparse.Cli.Bench;

/// <summary><c>nativesparse bench</c>: the benchmarks.</summary>
internal sealed class BenchCommand : Command
{
    /// <summary>Creates the command.</summary>
    public BenchCommand(Terminal terminal)
        : base("bench", "Benchmarks: times are medians, ratios are paired; above 1 ours is faster.")
    {
        Subcommands.Add(new BenchModelCommand(terminal));
        Subcommands.Add(new BenchKernelsCommand(terminal));
    }
}
