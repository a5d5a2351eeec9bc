using System.Diagnostics;
using System.Globalization;
using MaaS.Core.Packages;
using MaaS.Registry.Exchange;
using MaaS.Registry.Versions;
using MaaS.Tests;

namespace MaaS.Registry.Tests.Exchange;

/// <summary>A package of 10 GB through every way that it can take, in the memory of a small one. It needs 25 GB of disk
/// and some minutes.</summary>
[Explicit("25 GB of disk, and some minutes")]
internal sealed class LargePackageTests
{
    private const int Parts = 4;
    private const long PartBytes = 2_500_000_000, MostMemory = 400L << 20;

    [Test]
    public async Task PushPullAndAdd_TenGigabytes_TakeTheMemoryOfASmallPackage()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["parts"]);
        var files = new Dictionary<string, PackageContent>
        {
            [ModelPackage.ModelFile] = PackageContent.FromBytes([1]),
        };
        for (var i = 0; i < Parts; i++)
        {
            // Sparse: a few bytes at the front that tell it from the others, zeros behind.
            var path = folder[$"parts/{i}"];
            await using (var part = File.Create(path))
            {
                part.SetLength(PartBytes);
                part.WriteByte((byte)(i + 1));
            }

            files[$"weights/part-{i}.bin"] = PackageContent.FromFile(path);
        }

        await MeasureAsync("make", () => ModelPackage.CreateAsync(
            folder["package"], new ModelManifest { Name = "large" }, files));
        using var registry = await DockerRegistry.StartAsync();
        using var exchange = new ModelExchange(registry.Options with { ChunkBytes = 16 << 20 });
        var reference = OciReference.Parse($"{registry.Host}/large:1");
        await MeasureAsync("push", () => exchange.PushAsync(reference, folder["package"]));
        Directory.Delete(folder["package"], recursive: true);
        await MeasureAsync("pull", () => exchange.PullAsync(reference, folder["pulled"]));

        var store = await ModelStore.OpenAsync($"sqlite:{folder["registry.db"]}");
        await MeasureAsync("add", async () =>
        {
            using var package = await ModelPackage.OpenAsync(folder["pulled"]);
            var version = await store.AddAsync(package);
            Assert.That(version.Bytes, Is.GreaterThan(Parts * PartBytes));
        });
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private static async Task MeasureAsync(string what, Func<Task> work)
    {
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");   // The peak begins anew.
        var (before, watch) = (Status("VmRSS:"), Stopwatch.StartNew());
        await work();
        var (peak, seconds) = (Status("VmHWM:"), watch.Elapsed.TotalSeconds);
        await TestContext.Progress.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {seconds:f0} s, {Parts * PartBytes / seconds / 1e6:f0} MB/s, resident memory from "
                + $"{before / 1e6:f0} to at most {peak / 1e6:f0} MB"));
        Assert.That(peak, Is.LessThan(MostMemory), what);
    }

    // Bytes of a line of /proc/self/status.
    private static long Status(string name)
        => 1024 * long.Parse(
            File.ReadLines("/proc/self/status").Single(l => l.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);
}
