/**
 * The transaction origin of everything that a person does by hand outside an editor: cells of
 * registers, the outline, the fields of the heading. Undo follows it beside the editors' own.
 */
export const userEdit = { name: 'user edit' } as const
