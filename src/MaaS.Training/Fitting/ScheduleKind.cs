namespace MaaS.Training.Fitting;

/// <summary>How the learning rate changes.</summary>
public enum ScheduleKind
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>Multiplied by <see cref="TrainerOptions.ScheduleGamma"/> every
    /// <see cref="TrainerOptions.ScheduleStepEpochs"/> epochs.</summary>
    Step,

    /// <summary>Half a cosine from the learning rate to 0 (Loshchilov, Hutter 2017), updated every step.</summary>
    Cosine,

    /// <summary>Up for 30% of the steps, then down to 1/250,000 of the peak (Smith, Topin 2018), updated every
    /// step.</summary>
    OneCycle,

    /// <summary>A straight line from the learning rate to 0, updated every step (Devlin et al. 2019, appendix
    /// A.2, with a warm-up).</summary>
    Linear,
}
