using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Session;
using Xunit;

namespace NativeSparse.Tests.Session;

public sealed class OrtFunctionTests
{
    /// <summary>The managed package declares the same table; where it names a function, the positions must agree.</summary>
    [Fact]
    public void Positions_agree_with_the_managed_package()
    {
        var table = typeof(SessionOptions).Assembly.GetTypes().Single(type => type.Name == "OrtApi");
        var checkedCount = 0;
        foreach (var function in Enum.GetValues<OrtFunction>())
        {
            var field = table.GetFields((System.Reflection.BindingFlags)(-1)).FirstOrDefault(field => field.Name == function.ToString());
            if (field is not null)
            {
                Assert.Equal((int)function, (int)Marshal.OffsetOf(table, field.Name) / nint.Size);
                checkedCount++;
            }
        }

        Assert.True(checkedCount >= 20, $"only {checkedCount} functions are declared by the managed package");
    }

    [Fact]
    public void The_operator_structure_has_the_size_of_version_18() =>
        Assert.Equal(26 * 8 + (2 * 8), Marshal.SizeOf<CustomOp>());
}
