using System.Diagnostics;
using System.Globalization;
using MaaS.Training.Fitting.Callbacks;

namespace MaaS.Training.Tests.Fitting.Resume;

/// <summary>A run in a process of its own that is killed at a step, as by <c>kill -9</c>.</summary>
internal static class KilledRun
{
    /// <summary>First argument of the child program.</summary>
    public const string Argument = "killed-run";

    /// <summary>What the child does: trains, and kills itself.</summary>
    /// <param name="kind">One of <see cref="ResumableRuns.Kinds"/>.</param>
    /// <param name="folder">Of the checkpoints.</param>
    /// <param name="step">Updates after which it is killed.</param>
    /// <param name="point">Where in the step: <c>start</c>, <c>update</c>, <c>end</c> or <c>later</c>, which is
    /// whenever another thread comes to it, perhaps while a file is written.</param>
    public static int Run(string kind, string folder, string step, string point)
    {
        ResumableRuns.Train(kind, folder, new Killer(long.Parse(step, CultureInfo.InvariantCulture), point));
        return 0;
    }

    private sealed class Killer(long step, string point) : TrainingCallback
    {
        public override void OnStepStart(TrainingContext context) => At(context.Step == step, "start");

        public override void OnBeforeUpdate(TrainingContext context) => At(context.Step == step, "update");

        public override void OnStepEnd(TrainingContext context)
        {
            At(context.Step == step, "end");
            if (context.Step == step && point == "later")
            {
                new Thread(static () => Kill()).Start();
            }
        }

        private void At(bool here, string where)
        {
            if (here && point == where)
            {
                Kill();
            }
        }

        private static void Kill()
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            new ManualResetEvent(false).WaitOne();   // The signal needs no help, but the step must not go on.
        }
    }
}
