using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>One step from a decoded image to a model's input; what it prints tells it from every other
/// step.</summary>
public abstract record ImageTransform
{
    private protected ImageTransform()
    {
    }

    /// <summary>Whether what it does is drawn anew for each sample and epoch.</summary>
    public virtual bool IsRandom => false;
}

/// <summary>A step on pixels, before they are scaled and normalised; derive from it for one of your own.</summary>
public abstract record PixelTransform : ImageTransform
{
    /// <summary>Transforms an image.</summary>
    /// <param name="image">May be changed and returned; where another image is returned, the caller disposes this
    /// one.</param>
    /// <param name="random">Source of all draws.</param>
    public abstract PixelImage Apply(PixelImage image, TransformRandom random);
}

/// <summary>A step on normalised values; derive from it for one of your own.</summary>
public abstract record PlaneTransform : ImageTransform
{
    /// <summary>Transforms an input in place.</summary>
    /// <param name="planes">(C, H, W).</param>
    /// <param name="random">Source of all draws.</param>
    public abstract void Apply(ImagePlanes planes, TransformRandom random);
}
