using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void The_repository_root_is_found() => Assert.True(File.Exists(Path.Combine(SharedData.RepositoryRoot, "NativeSparse.sln")));
}
