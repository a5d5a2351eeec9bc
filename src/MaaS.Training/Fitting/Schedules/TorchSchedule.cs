using MaaS.Training.Fitting.Parameters;
using static TorchSharp.torch.optim.lr_scheduler;

namespace MaaS.Training.Fitting.Schedules;

/// <summary>A scheduler of TorchSharp's. It cannot be saved, so a resumed run makes it anew and repeats its steps,
/// which leads to the same rates bit for bit.</summary>
internal sealed class TorchSchedule(LRScheduler scheduler, SchedulerUnit unit)
{
    /// <summary>Makes the scheduler of some options; null where they have none.</summary>
    /// <param name="options">Validated.</param>
    /// <param name="update">Has the optimizer.</param>
    /// <param name="length">How long the run is.</param>
    public static TorchSchedule? Create(TrainerOptions options, ParameterUpdate update, RunLength length)
    {
        if (options.SchedulerFactory is null || update is not TorchUpdate torch)
        {
            return null;
        }

        torch.Scheduled = true;
        return new TorchSchedule(
            options.SchedulerFactory(torch.Optimizer, length)
                ?? throw new ArgumentException("SchedulerFactory: expected a scheduler, got null."),
            options.SchedulerUnit);
    }

    /// <summary>After an update of the weights.</summary>
    public void Stepped()
    {
        if (unit == SchedulerUnit.Step)
        {
            scheduler.step();
        }
    }

    /// <summary>After an epoch.</summary>
    /// <param name="metric">The monitored one.</param>
    public void EpochDone(double metric)
    {
        if (unit == SchedulerUnit.Epoch)
        {
            scheduler.step(metric);
        }
    }

    /// <summary>Repeats what happened before a checkpoint.</summary>
    /// <param name="steps">Updates of the weights.</param>
    /// <param name="metrics">The monitored metric of each complete epoch.</param>
    public void Replay(long steps, IEnumerable<double> metrics)
    {
        for (long i = 0; i < steps; i++)
        {
            Stepped();
        }

        foreach (var metric in metrics)
        {
            EpochDone(metric);
        }
    }
}
