using System.Globalization;
using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning;

/// <summary>A process that works on a study with others.</summary>
internal static class StudyWorker
{
    public const string Argument = "study-worker";
    public const int Trials = 40;

    /// <summary>What the process says when it holds a trial that it will not end.</summary>
    public const string Hangs = "hangs";

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(0.5);

    // As long as a busy machine may leave a living worker without a turn, or without the lock of an SQLite file.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static SearchSpace Space { get; } = new SearchSpace().Float("x", -5, 5).Int("n", 1, 9);

    public static StudyOptions Options { get; } = new()
    {
        Name = "shared",
        Sampler = new SobolSampler(),
        Heartbeat = Heartbeat,
        HeartbeatTimeout = Timeout,
    };

    /// <summary>Runs trials and writes each begun one into a file of its own process.</summary>
    /// <param name="address">Of the store.</param>
    /// <param name="file">Gets a line <c>NUMBER ATTEMPT</c> for each trial that is begun.</param>
    /// <param name="hangAt">The trial of this process, 1 for the first, that never ends; 0 for none.</param>
    public static async Task<int> RunAsync(string address, string file, string hangAt)
    {
        var hang = int.Parse(hangAt, CultureInfo.InvariantCulture);
        var begun = 0;
        var store = await StudyStore.OpenAsync(address);
        var study = await Study.OpenAsync(Space, Options, store);
        Console.WriteLine("ready");
        Console.In.ReadLine();
        await study.OptimizeAsync(
            async (trial, token) =>
            {
                var attempt = (await study.TrialsAsync(token)).First(t => t.Number == trial.Number).Attempts;
                await File.AppendAllTextAsync(file, $"{trial.Number} {attempt}\n", token);
                if (++begun == hang)
                {
                    Console.WriteLine(Hangs);
                    await new TaskCompletionSource().Task.WaitAsync(token);
                }

                await trial.ReportAsync(1, trial.Float("x"), token);
                return trial.Float("x") * trial.Int("n");
            },
            new OptimizeOptions { Trials = Trials });
        return 0;
    }
}
