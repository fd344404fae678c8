export default { test: { environment: 'node', include: ['tests/*.test.tsx'] } };
