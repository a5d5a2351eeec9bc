using System.Diagnostics;
using System.Globalization;
using MaaS.Tests;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Tests;

/// <summary>The command as several processes of mpirun.</summary>
public sealed class MpirunTests
{
    [OneTimeSetUp]
    public void RequireMpirun()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(static folder => File.Exists(Path.Combine(folder, "mpirun"))))
        {
            Assert.Ignore("This system has no mpirun (Debian's package openmpi-bin, eng/test-packages.txt).");
        }
    }

    [Test]
    public async Task Train_OnFourProcesses_GivesTheLossesOfOneAndShowsOnce()
    {
        using var folder = new TemporaryFolder();
        var (_, oneError, one) = await TrainAsync(folder.Path, 1, "one.safetensors", "--batch-size", "64");
        Assert.That(one, Is.Zero, oneError);
        var (output, error, four) = await TrainAsync(folder.Path, 4, "four.safetensors", "--batch-size", "64");
        Assert.That(four, Is.Zero, error);

        using var expected = TrainedModel.Load(folder["one.safetensors"]);
        using var actual = TrainedModel.Load(folder["four.safetensors"]);
        var (last, same) = (actual.Info.Epochs[^1], expected.Info.Epochs[^1]);
        Assert.That(last.TrainLoss, Is.EqualTo(same.TrainLoss).Within(1e-5));
        Assert.That(last.ValidationLoss, Is.EqualTo(same.ValidationLoss).Within(1e-5));
        Assert.That(output.Split("written to").Length - 1, Is.EqualTo(1), output);
    }

    [Test]
    public async Task Train_BatchThatCannotBeDivided_SaysWhatCan()
    {
        using var folder = new TemporaryFolder();
        var (_, error, exitCode) = await TrainAsync(folder.Path, 3, "none.safetensors", "--batch-size", "64");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(error, Does.Contain("--batch-size: expected a multiple of the 3 processes, got 64."));
    }

    private static async Task<(string Output, string Error, int ExitCode)> TrainAsync(
        string folder, int count, string file, params string[] options)
    {
        using var process = Process.Start(new ProcessStartInfo("mpirun", [
            "--allow-run-as-root", "--oversubscribe", "-n", count.ToString(CultureInfo.InvariantCulture),
            "dotnet", Path.Combine(AppContext.BaseDirectory, "maas.dll"), "train", "--model", "mlp",
            "--data", "mnist", "--epochs", "1", "--device", "cpu", "--threads", "1", "-o", file, .. options])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TERM"] = "dumb" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (await output, await error, process.ExitCode);
    }
}
