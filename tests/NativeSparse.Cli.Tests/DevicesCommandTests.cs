using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class DevicesCommandTests
{
    [Fact]
    public async Task Every_backend_of_the_catalog_is_listed()
    {
        var capture = await Capture.Run("devices", "--json");

        Assert.Equal(0, capture.ExitCode);
        var document = capture.Json();
        Assert.Equal(["environment", "devices"], document.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            Kernels.BackendCatalog.List().Select(backend => (backend.Name, backend.Usable)),
            document.GetProperty("devices").EnumerateArray()
                .Select(device => (device.GetProperty("name").GetString()!, device.GetProperty("usable").GetBoolean())));
        Assert.Equal(Environment.ProcessorCount, document.GetProperty("environment").GetProperty("processors").GetInt32());
    }
}
